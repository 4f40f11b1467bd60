import type {Dealer, Subscriber} from "zeromq";
import {type Connection, decodeMessage, encodeRequest, type Message} from "./wire.ts";

/** The sockets to a kernel, with replies and outputs brought back to the request they belong to. */
export type Channels = {
  /**
   * Sends a request and resolves with the reply when the kernel has said that it is done with it too: outputs
   * and replies come over different sockets.
   * @param onOutput gets each output of the request, those that come after it was done too.
   */
  readonly request: (
    channel: "shell" | "control",
    type: string,
    content: Readonly<Record<string, unknown>>,
    onOutput?: (message: Message) => void,
  ) => Promise<Message>;
  readonly close: () => void;
};

type Pending = {
  readonly onOutput: (message: Message) => void;
  readonly resolve: (reply: Message) => void;
  reply?: Message;
  idle: boolean;
};

/** Opens the sockets; nothing needs to listen yet. */
export async function openChannels(
  connection: Connection,
  {session, timestamp}: {readonly session: string; readonly timestamp: () => string},
): Promise<Channels> {
  // Loaded here so that a notebook which imports the library does not load sockets.
  const {Dealer, Subscriber} = await import("zeromq");
  const shell = new Dealer({routingId: session, linger: 0});
  const control = new Dealer({routingId: session, linger: 0});
  const iopub = new Subscriber({linger: 0, receiveHighWaterMark: 0});
  const address = (port: number) => `${connection.transport}://${connection.ip}:${port}`;
  shell.connect(address(connection.shell_port));
  control.connect(address(connection.control_port));
  iopub.connect(address(connection.iopub_port));
  iopub.subscribe();

  const requests = new Map<string, Pending>();
  const receive = (socket: Dealer | Subscriber, onMessage: (message: Message, pending: Pending) => void) =>
    void receiveAll(socket, connection.key, message => {
      const pending = requests.get(message.parent);
      if (!pending) return;
      onMessage(message, pending);
      if (pending.reply && pending.idle) pending.resolve(pending.reply);
    });
  const onReply = (message: Message, pending: Pending) => {
    pending.reply = message;
  };
  receive(shell, onReply);
  receive(control, onReply);
  receive(iopub, (message, pending) => {
    if (message.type !== "status") pending.onOutput(message);
    else if (message.content.execution_state === "idle") pending.idle = true;
  });

  let count = 0;
  return {
    request: async (channel, type, content, onOutput = () => {}) => {
      const id = `${session}-${++count}`;
      const answered = new Promise<Message>(resolve => {
        requests.set(id, {onOutput, resolve, idle: false});
      });
      const socket = channel === "shell" ? shell : control;
      await socket.send(encodeRequest({id, type, session, date: timestamp(), content}, connection.key));
      return answered;
    },
    close: () => {
      for (const socket of [shell, control, iopub]) if (!socket.closed) socket.close();
    },
  };
}

async function receiveAll(
  socket: Dealer | Subscriber,
  key: string,
  onMessage: (message: Message) => void,
): Promise<void> {
  try {
    for await (const frames of socket) {
      let message: Message;
      try {
        message = decodeMessage(frames, key);
      } catch {
        continue; // A stranger's message: it is not signed with our key.
      }
      onMessage(message);
    }
  } catch (error) {
    if (!socket.closed) throw error;
  }
}
