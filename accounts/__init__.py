"""Members: who they are to CafeRoam. Supabase Auth keeps their sign-in."""
