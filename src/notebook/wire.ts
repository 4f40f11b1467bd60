import {createHmac, timingSafeEqual} from "node:crypto";

/** Version of the Jupyter messaging protocol spoken here. */
const PROTOCOL = "5.3";
const DELIMITER = "<IDS|MSG>";

/** What a connection file says: how to reach a kernel on this machine. */
export type Connection = {
  readonly transport: "tcp";
  readonly ip: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  /** Secret that signs the messages. */
  readonly key: string;
  readonly signature_scheme: "hmac-sha256";
  readonly kernel_name: string;
};

/** A message from the kernel. */
export type Message = {
  readonly type: string;
  /** Id of the request that it answers; empty where there is none. */
  readonly parent: string;
  readonly content: Readonly<Record<string, unknown>>;
};

/** A request to the kernel. `date` is an ISO 8601 instant. */
export type Request = {
  readonly id: string;
  readonly type: string;
  readonly session: string;
  readonly date: string;
  readonly content: Readonly<Record<string, unknown>>;
};

/** The frames of a request, signed with `key`. */
export function encodeRequest(request: Request, key: string): string[] {
  const header = {
    msg_id: request.id,
    msg_type: request.type,
    session: request.session,
    username: "churnbook",
    date: request.date,
    version: PROTOCOL,
  };
  const parts = [header, {}, {}, request.content].map(part => JSON.stringify(part));
  return [DELIMITER, signatureOf(parts, key), ...parts];
}

/**
 * Reads the frames of a message; those before the delimiter (routing) and after the fourth part (buffers)
 * are passed over.
 * @throws RangeError when the frames are no message or are not signed with `key`.
 */
export function decodeMessage(frames: readonly Uint8Array[], key: string): Message {
  const texts = frames.map(frame => Buffer.from(frame).toString("utf8"));
  const start = texts.indexOf(DELIMITER);
  const parts = texts.slice(start + 2, start + 6);
  if (start < 0 || parts.length < 4)
    throw new RangeError(`decodeMessage requires a delimiter and four parts, got ${frames.length} frames`);
  // Some kernels sign the buffers too.
  const given = texts[start + 1]!;
  if (!sameText(given, signatureOf(parts, key)) && !sameText(given, signatureOf(texts.slice(start + 2), key)))
    throw new RangeError("decodeMessage requires a message signed with the connection's key");
  const [header, parent, , content] = parts.map(part => JSON.parse(part) as Record<string, unknown>);
  return {type: String(header!.msg_type), parent: String(parent!.msg_id ?? ""), content: content!};
}

function signatureOf(parts: readonly string[], key: string): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
