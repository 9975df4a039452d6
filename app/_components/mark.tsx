/** Our mark: a cup seen from above, and the way to it. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <circle cx="15" cy="17" r="12" fill="none" stroke="currentColor" strokeWidth="2.5" strokeDasharray="66 10" />
      <circle cx="15" cy="17" r="7.5" fill="currentColor" />
      <path d="M26.5 8.5c1.8-2 3-3.8 3-5.2a3 3 0 0 0-6 0c0 1.400 1.200 3.200 3 5.200z" fill="var(--ring)" />
    </svg>
  );
}
