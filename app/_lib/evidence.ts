/** What a tag rests on: a mean of visitors' votes (0 to 5), their answer to a question, or words of a text. */
export type Evidence =
  | { kind: "vote"; score: string }
  | { kind: "answer"; sure: boolean }
  | { kind: "words"; words: string };

const VOTE = /^(?:(?:wifi|quiet|cheap|seat|music): )?([0-5](?:\.\d+)?)(?: of 5)?$/;
const ANSWER = /^(?:limited_time|socket|standing_desk): (yes|no|maybe)$/;

/** Tells apart what the API quotes: an import quotes the fields of its source, which people would not read. */
export function readEvidence(quote: string): Evidence {
  const vote = VOTE.exec(quote)?.[1];
  if (vote !== undefined) return { kind: "vote", score: vote };
  const answer = ANSWER.exec(quote)?.[1];
  if (answer !== undefined) return { kind: "answer", sure: answer !== "maybe" };
  return { kind: "words", words: quote };
}
