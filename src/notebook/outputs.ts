import type {Metadata, MimeBundle, Output} from "./document.ts";
import type {Message} from "./wire.ts";

/** Collects the outputs of one cell as they arrive. */
export type OutputCollector = {
  readonly add: (message: Message) => void;
  /** The outputs so far, streams joined; without the last `dropErrors` writes to standard error. */
  readonly outputs: (dropErrors?: number) => readonly Output[];
  /** What was written to standard error, one entry a write. */
  readonly errorWrites: () => readonly string[];
};

type Slot = {output: Output; displayId?: string};

/** @returns a collector that follows the protocol's rules for clearing and for updating a display. */
export function collectOutputs(): OutputCollector {
  let slots: Slot[] = [];
  let clearFirst = false;
  const errors: string[] = [];
  const push = (output: Output, displayId?: string) => {
    if (clearFirst) slots = [];
    clearFirst = false;
    slots.push(displayId === undefined ? {output} : {output, displayId});
  };
  const add = ({type, content}: Message) => {
    if (type === "stream") {
      const {name, text} = content as {name: string; text: string};
      if (name === "stderr") errors.push(text);
      push({output_type: "stream", name, text});
    } else if (type === "display_data") {
      push({output_type: "display_data", ...bundleIn(content)}, displayIdIn(content));
    } else if (type === "update_display_data") {
      const id = displayIdIn(content);
      for (const slot of slots)
        if (id !== undefined && slot.displayId === id)
          slot.output = {output_type: "display_data", ...bundleIn(content)};
    } else if (type === "execute_result") {
      const count = content.execution_count;
      push({
        output_type: "execute_result",
        ...bundleIn(content),
        execution_count: typeof count === "number" ? count : null,
      });
    } else if (type === "error") {
      const {ename, evalue, traceback} = content as {ename: string; evalue: string; traceback: string[]};
      push({output_type: "error", ename, evalue, traceback});
    } else if (type === "clear_output") {
      if (content.wait === true) clearFirst = true;
      else slots = [];
    }
  };
  const outputs = (dropErrors = 0) => {
    const all = slots.map(slot => slot.output);
    const dropped = all.filter(isError).slice(all.filter(isError).length - dropErrors);
    return joinStreams(dropErrors === 0 ? all : all.filter(output => !dropped.includes(output)));
  };
  return {add, outputs, errorWrites: () => errors};
}

const isError = (output: Output): boolean => output.output_type === "stream" && output.name === "stderr";

function joinStreams(outputs: readonly Output[]): Output[] {
  const joined: Output[] = [];
  for (const output of outputs) {
    const last = joined.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name)
      joined[joined.length - 1] = {...output, text: `${last.text}${output.text}`};
    else joined.push(output);
  }
  return joined;
}

const bundleIn = (content: Message["content"]): {data: MimeBundle; metadata: Metadata} => ({
  data: (content.data ?? {}) as MimeBundle,
  metadata: (content.metadata ?? {}) as Metadata,
});

function displayIdIn(content: Message["content"]): string | undefined {
  const transient = content.transient as {display_id?: string} | undefined;
  return transient?.display_id;
}
