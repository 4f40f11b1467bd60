import {endLabels} from "./layout.ts";
import {type Chart, type ChartOptions, COLOUR, chartOf, frame, requireSome, type Spec} from "./theme.ts";
import {counted, decimal, wrap} from "./words.ts";

export type SearchData = {
  /** What is compared, with its population: "ROC AUC on the tuning customers". */
  readonly metric: string;
  /** Names of the rungs, from the fewest customers to all. */
  readonly rungs: readonly string[];
  /** `values[k]` on rung k, null from where on it was dropped. */
  readonly settings: readonly {
    readonly values: readonly (number | null)[];
    readonly role: "chosen" | "default" | "other";
  }[];
};

/** What a setting is, in the order of drawing: the one in use comes to lie on top. */
const ROLES = {
  other: {name: "other settings", colour: COLOUR.grey, dash: [1, 0], shape: "circle", size: 26, width: 1},
  default: {
    name: "default setting",
    colour: COLOUR.vermillion,
    dash: [7, 3],
    shape: "diamond",
    size: 80,
    width: 2,
  },
  chosen: {name: "setting in use", colour: COLOUR.blue, dash: [1, 0], shape: "square", size: 80, width: 2.5},
} as const;

type Role = keyof typeof ROLES;

const PLOT = 220;

/** A search by successive halving: every setting on the rungs that it reached. */
export function searchChart({metric, rungs, settings}: SearchData, {title}: ChartOptions = {}): Chart {
  requireSome("searchChart", "setting", settings);
  requireSome("searchChart", "rung", rungs);
  const known = settings.flatMap(({values}) => values.filter(value => value !== null));
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const margin = (most - least || 0.01) * 0.08;
  const domain = [least - margin, most + margin] as const;
  const places = rungs.map((name, k) => ({place: k, lines: wrap(name, {ems: 12})}));
  const roles = (Object.keys(ROLES) as Role[]).filter(role =>
    settings.some(setting => setting.role === role),
  );
  const x = {
    field: "place",
    type: "ordinal",
    scale: {domain: places.map(({place}) => place), type: "point", padding: 0.35},
    axis: {
      title: null,
      labelAngle: 0,
      labelExpr: `${JSON.stringify(places.map(({lines}) => lines))}[datum.value]`,
      labelLineHeight: 17,
    },
  };
  const y = {
    field: "value",
    type: "quantitative",
    scale: {domain, zero: false, nice: false},
    axis: {title: null, tickCount: 5},
  };
  return chartOf({
    title:
      title ??
      (settings.length > 1
        ? "Settings tried, on more and more customers"
        : "The default setting, not searched"),
    description: describe(metric, rungs, settings),
    caption: settings.length > 1 ? metric : `${metric}: the default setting, not searched`,
    table: {
      columns: [
        {name: "setting", title: "Setting", format: "integer"},
        {name: "role", title: "What it is", format: "text"},
        ...rungs.map((name, k) => ({name: `r${k}`, title: name, format: "decimal" as const, digits: 4})),
      ],
      rows: settings.map(({values, role}, i) => [
        i + 1,
        ROLES[role].name,
        ...rungs.map((_, k) => values[k] ?? null),
      ]),
    },
    spec: {
      ...frame(330),
      data: {values: rowsOf(settings, roles)},
      layer: [
        ...marks(roles, x, y),
        ...endLabels(endsOf(settings, rungs.length), {domain, plot: PLOT}).layers,
      ],
    },
  });
}

function rowsOf(settings: SearchData["settings"], roles: readonly Role[]) {
  return roles.flatMap(role =>
    settings.flatMap((setting, i) =>
      setting.role !== role
        ? []
        : setting.values.flatMap((value, place) =>
            value === null ? [] : [{setting: i, name: ROLES[role].name, place, value}],
          ),
    ),
  );
}

function marks(roles: readonly Role[], x: Spec, y: Spec): Spec[] {
  const by = (of: (role: Role) => unknown) => ({
    field: "name",
    type: "nominal",
    scale: {domain: roles.map(role => ROLES[role].name), range: roles.map(of)},
    legend: {symbolSize: 90, columns: roles.length},
  });
  return [
    ...roles.map(role => {
      const {name, colour, dash, width} = ROLES[role];
      return {
        transform: [{filter: {field: "name", equal: name}}],
        mark: {type: "line", color: colour, strokeDash: dash, strokeWidth: width},
        encoding: {x, y, detail: {field: "setting"}},
      };
    }),
    {
      mark: {type: "point", filled: true, opacity: 1, stroke: "#ffffff", strokeWidth: 0.5},
      encoding: {
        ...{x, y, color: by(role => ROLES[role].colour), shape: by(role => ROLES[role].shape)},
        size: {
          condition: {test: {field: "name", equal: ROLES.other.name}, value: ROLES.other.size},
          value: ROLES.chosen.size,
        },
      },
    },
  ];
}

/** The settings that have a name and reached the last rung. */
function endsOf(settings: SearchData["settings"], rungs: number) {
  return settings.flatMap(({values, role}) => {
    const value = values[rungs - 1] ?? null;
    if (role === "other" || value === null) return [];
    return [
      {
        name: role === "chosen" ? "in use" : "default",
        value,
        text: decimal(value, 3),
        colour: ROLES[role].colour,
      },
    ];
  });
}

function describe(metric: string, rungs: readonly string[], settings: SearchData["settings"]): string {
  const only = settings.length === 1 ? settings[0]!.values.findLast(value => value !== null) : undefined;
  if (only != null) return `The default setting, not searched: ${metric} ${decimal(only, 3)}.`;
  const parts = rungs.map((name, k) => {
    const values = settings.flatMap(setting => (setting.values[k] == null ? [] : [setting.values[k]]));
    const [low, high] = [Math.min(...values), Math.max(...values)].map(value => decimal(value, 3));
    return `${name}, ${counted(values.length, "setting")} from ${low} to ${high}`;
  });
  const last = (role: Role) =>
    settings.find(setting => setting.role === role)?.values.findLast(v => v !== null);
  const [chosen, plain] = [last("chosen"), last("default")];
  return (
    `${metric} by share of the training customers: ${parts.join("; ")}.` +
    (chosen == null ? "" : ` The setting in use reaches ${decimal(chosen, 3)}`) +
    (chosen == null
      ? ""
      : plain == null
        ? "."
        : `, the default setting ${decimal(plain, 3)} where it was last tried.`)
  );
}
