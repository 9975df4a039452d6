// A member's dealings with Supabase through the client that browsers have, unchanged.
// Arguments: URL, publishable key, e-mail. Asks its caller for what a server would give it: one line out, one line in.
import { createInterface } from "node:readline";

import { createClient } from "@supabase/supabase-js";

// Browsers have one, Node 20 does not, and the client wants to see one. None is opened here.
globalThis.WebSocket ??= class {};

const [url, key, email] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const ask = async (question) => {
  console.log(JSON.stringify(question));
  return JSON.parse((await lines.next()).value);
};

const kept = new Map();
const storage = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => void kept.set(name, value),
  removeItem: (name) => void kept.delete(name),
};
const supabase = createClient(url, key, { auth: { flowType: "pkce", storage, autoRefreshToken: false } });
const { auth } = supabase;

/** The answer, or an error that names the step. */
const good = async (step, asked) => {
  const { data, error } = await asked;
  if (error) throw new Error(`${step}: ${error.code ?? error.name} ${error.message}`);
  return data;
};
/** The code of the error that must come. */
const refused = async (step, asked) => {
  const { error } = await asked;
  if (!error) throw new Error(`${step} was not refused`);
  return error.code ?? error.name;
};

const seen = {};
const first = await good("signUp", auth.signUp({ email, password: "first password", options: { data: { name: "小安" } } }));
seen.signedUpWithSession = first.session !== null;
const userId = first.user.id;
seen.again = await refused("signUp again", auth.signUp({ email, password: "first password" }));
seen.weak = await refused("signUp weak", auth.signUp({ email: `x${email}`, password: "12345" }));
await good("signOut", auth.signOut({ scope: "local" }));
seen.wrong = await refused("signIn wrong", auth.signInWithPassword({ email, password: "no password" }));
const second = await good("signIn", auth.signInWithPassword({ email, password: "first password" }));
const renewed = await good("refresh", auth.refreshSession());
seen.renewed = renewed.session.refresh_token !== second.session.refresh_token;
seen.user = (await good("getUser", auth.getUser())).user.email;
seen.claims = (await good("getClaims", auth.getClaims())).claims.sub === userId;
seen.metadata = (await good("updateUser", auth.updateUser({ data: { language: "en" } }))).user.user_metadata;

const photo = new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xd9])], { type: "image/jpeg" });
const ticket = await ask({ need: "upload", userId });
const bucket = supabase.storage.from(ticket.bucket);
await good("uploadToSignedUrl", bucket.uploadToSignedUrl(ticket.path, ticket.token, photo));
const twice = await bucket.uploadToSignedUrl(ticket.path, ticket.token, photo);
seen.twice = twice.error?.statusCode;
const { signedUrl } = await good("createSignedUrl", bucket.createSignedUrl(ticket.path, 60));
const read = await fetch(signedUrl);
seen.photo = [read.status, read.headers.get("content-type"), (await read.arrayBuffer()).byteLength];
const strangers = await bucket.createSignedUrl("00000000-0000-4000-8000-000000000000/a", 60);
seen.strangers = strangers.error?.message;

seen.same = await refused("updateUser same", auth.updateUser({ password: "first password" }));
await good("updateUser", auth.updateUser({ password: "second password" }));
await good("signOut", auth.signOut());
seen.signedOut = (await good("getSession", auth.getSession())).session === null;
seen.old = await refused("signIn old", auth.signInWithPassword({ email, password: "first password" }));

const redirectTo = "http://127.0.0.1:3000/auth/confirm?next=%2Fprofile";
await good("recover nobody", auth.resetPasswordForEmail(`nobody-${email}`, { redirectTo }));
await good("recover", auth.resetPasswordForEmail(email, { redirectTo }));
const { link } = await ask({ need: "mail" });
const onwards = new URL((await fetch(link, { redirect: "manual" })).headers.get("location"));
seen.onwards = [onwards.origin, onwards.pathname, onwards.searchParams.get("next")];
const code = onwards.searchParams.get("code");
await good("exchange", auth.exchangeCodeForSession(code));
await good("new password", auth.updateUser({ password: "third password" }));
const late = new URL((await fetch(link, { redirect: "manual" })).headers.get("location"));
seen.late = late.searchParams.get("error_code");
await good("signIn third", auth.signInWithPassword({ email, password: "third password" }));
console.log(JSON.stringify({ seen, userId }));
process.exit(0);
