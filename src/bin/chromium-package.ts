import {randomBytes} from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import {createRequire} from "node:module";
import {homedir, tmpdir, userInfo} from "node:os";
import {dirname, join} from "node:path";
import {brotliDecompressSync} from "node:zlib";

/** Names an installed browser to print with, in place of the one that comes with the package. */
export const BROWSER_VARIABLE = "CHURNBOOK_BROWSER";

/** Whether the browser of the package prints: it runs on Linux x64, unless another is named. */
export const packagedBrowser = (): boolean =>
  process.env[BROWSER_VARIABLE] === undefined && process.platform === "linux" && process.arch === "x64";

/** A browser and what it needs from the system, unpacked. */
export type UnpackedChromium = {
  readonly executable: string;
  /** Folder with the shared libraries it needs and a system may lack. */
  readonly libraries: string;
  /** Configuration of the only font outside the pages. */
  readonly fontconfig: string;
  readonly home: string;
};

const PACKAGE = "@sparticuz/chromium";
/** Raised when what is unpacked, or where to, changes. */
const LAYOUT = 1;

/**
 * Unpacks the Chromium that an npm package carries, once for each user and version: into a folder of a temporary
 * name beside the place, then renamed, so that several processes may do it at the same time.
 * @throws Error when no folder can be written to.
 */
export function unpackChromium({folder = cacheFolder()}: {folder?: string} = {}): UnpackedChromium {
  const archives = join(dirname(createRequire(import.meta.url).resolve(PACKAGE)), "..", "bin");
  const {version} = JSON.parse(readFileSync(join(archives, "..", "package.json"), "utf8")) as {
    version: string;
  };
  const place = join(folder, `chromium-${version}-${LAYOUT}`);
  if (!existsSync(place)) {
    const temporary = `${place}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
    try {
      unpackInto(temporary, archives);
      renameSync(temporary, place);
    } catch (error) {
      rmSync(temporary, {recursive: true, force: true});
      // Another process was first.
      if (!existsSync(place)) throw error;
    }
  }
  return {
    executable: join(place, "chromium"),
    libraries: join(place, "lib"),
    fontconfig: writeFontconfig(place),
    home: join(place, "home"),
  };
}

function unpackInto(folder: string, archives: string): void {
  const open = (name: string) => brotliDecompressSync(readFileSync(join(archives, name)));
  mkdirSync(join(folder, "home"), {recursive: true, mode: 0o700});
  writeFileSync(join(folder, "chromium"), open("chromium.br"), {mode: 0o700});
  for (const [archive, wanted] of [
    ["al2023.tar.br", /^lib\/[^/]+$/],
    ["fonts.tar.br", /^fonts\/.*-Regular\.ttf$/],
  ] as const)
    for (const {name, bytes} of tarFiles(open(archive))) {
      if (!wanted.test(name)) continue;
      mkdirSync(dirname(join(folder, name)), {recursive: true});
      writeFileSync(join(folder, name), bytes, {mode: 0o700});
    }
}

/** The files of a tar archive with names of up to 100 characters, which those of the package have. */
function* tarFiles(tar: Buffer): Generator<{name: string; bytes: Buffer}> {
  const block = 512;
  const text = (at: number, length: number) =>
    tar
      .toString("latin1", at, at + length)
      .split("\0", 1)[0]!
      .trim();
  for (let at = 0; at + block <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12) || "0", 8);
    const type = text(at + 156, 1);
    if (type === "0" || type === "")
      yield {name: text(at, 100).replace(/^\.\//, ""), bytes: tar.subarray(at + block, at + block + size)};
    at += block + Math.ceil(size / block) * block;
  }
}

// One font and no hinting: with the system's settings lines would break elsewhere on another machine, although the
// page brings its fonts; with no font at all printing crashes. Written at each start, as it names its own folder.
function writeFontconfig(place: string): string {
  const path = join(place, "fonts.conf");
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>${place.replace(/[<>&]/g, c => `&#${c.charCodeAt(0)};`)}/fonts</dir>
<cachedir>${place.replace(/[<>&]/g, c => `&#${c.charCodeAt(0)};`)}/home/fontconfig</cachedir>
<match target="font">
<edit name="antialias" mode="assign"><bool>true</bool></edit>
<edit name="hinting" mode="assign"><bool>false</bool></edit>
<edit name="autohint" mode="assign"><bool>false</bool></edit>
<edit name="hintstyle" mode="assign"><const>hintnone</const></edit>
<edit name="rgba" mode="assign"><const>none</const></edit>
<edit name="embeddedbitmap" mode="assign"><bool>false</bool></edit>
</match>
</fontconfig>
`;
  if (existsSync(path) && readFileSync(path, "utf8") === text) return path;
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
  return path;
}

/** The user's cache folder, or a private one among the temporary files where there is no home to write to. */
function cacheFolder(): string {
  const {uid} = userInfo();
  const candidates = [
    process.env.XDG_CACHE_HOME ? join(process.env.XDG_CACHE_HOME, "churnbook") : undefined,
    join(homedir(), ".cache", "churnbook"),
    join(tmpdir(), `churnbook-${uid}`),
  ];
  const failures: string[] = [];
  for (const folder of candidates) {
    if (folder === undefined) continue;
    try {
      mkdirSync(folder, {recursive: true, mode: 0o700});
      accessSync(folder, constants.W_OK | constants.X_OK);
      return folder;
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  throw new Error(`the browser for PDF requires a folder to unpack to, got ${failures.join("; ")}`);
}
