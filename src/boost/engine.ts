import {readFileSync} from "node:fs";

/** A compiled program; it can be handed to another thread. */
export type Module = object;

/** The memory of a program, shared between threads. */
export type Memory = {readonly buffer: SharedArrayBuffer};

// Neither the language's library nor Node's types declare WebAssembly, and the browser's would bring all else.
const {WebAssembly} = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => Module;
    readonly Memory: new (size: {initial: number; maximum: number; shared: true}) => Memory;
    readonly Instance: new (module: Module, imports: object) => {readonly exports: unknown};
  };
};

/** One of the WebAssembly programs that the build makes from wasm/*.as.ts. */
export type Program = "train" | "predict" | "shap";

const compiled = new Map<Program, Module>();

/**
 * The compiled program. It is code of this package like any import, so it is read here and not handed in; both
 * src and dist find it in dist.
 */
export function program(name: Program): Module {
  const known = compiled.get(name);
  if (known) return known;
  const module = new WebAssembly.Module(
    readFileSync(new URL(`../../dist/boost/${name}.wasm`, import.meta.url)),
  );
  compiled.set(name, module);
  return module;
}

/** Bytes of a page of WebAssembly memory. */
export const PAGE = 65_536;
/** The address space of the programs: 4 GiB. */
export const ADDRESS_SPACE = 65_536 * PAGE;

/** A memory of at least `bytes`, sized once: growing would detach every view on it. */
export function memoryOf(bytes: number): Memory {
  const pages = Math.ceil(bytes / PAGE);
  return new WebAssembly.Memory({initial: pages, maximum: pages, shared: true});
}

/** An instance of a program on that memory; every thread makes its own. */
export function instantiate<Exports>(module: Module, memory: Memory): Exports {
  return new WebAssembly.Instance(module, {env: {memory}}).exports as Exports;
}

/** Hands out addresses one after the other, each on a cache line of its own. */
export function allocator(): {readonly take: (bytes: number) => number; readonly used: () => number} {
  // Address 0 stays free, so that 0 can mean none.
  let next = 1024;
  return {
    take: bytes => {
      const address = next;
      next += Math.ceil(bytes / 64) * 64;
      return address;
    },
    used: () => next,
  };
}
