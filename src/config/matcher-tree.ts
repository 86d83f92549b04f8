import type { TypedExtensionConfig } from "../gen/xds/core/v3/extension_pb.js";
import type {
  Matcher,
  Matcher_MatcherList,
  Matcher_MatcherList_FieldMatcher,
  Matcher_MatcherList_Predicate,
  Matcher_MatcherList_Predicate_PredicateList,
  Matcher_MatcherList_Predicate_SinglePredicate,
  Matcher_MatcherTree,
  Matcher_MatcherTree_MatchMap,
  Matcher_OnMatch,
} from "../gen/xds/type/matcher/v3/matcher_pb.js";
import type {
  MatcherListConfig,
  MatcherMapConfig,
  MatcherTreeConfig,
  OnMatchConfig,
  PredicateConfig,
} from "../matching/matcher-tree-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertTypedExtension, type Extension } from "./extension.js";
import { extensions, implemented, type MessageTable, refused, refusedByConverter } from "./implemented-fields.js";
import { convertStringMatcher, XDS_STRING_MATCHER_FIELDS } from "./string-matcher.js";

/** What the inputs and actions of one use of matchers are. */
export interface MatcherTreeExtensions<Input, Action> {
  readonly inputs: readonly Extension<Input>[];
  readonly actions: readonly Extension<Action>[];
}

const CUSTOM = refusedByConverter("extensions that match in their own way are not implemented");

/** The table of a matcher with the messages that its inputs and actions may be. */
export function matcherTreeFields(
  inputs: () => readonly MessageTable[],
  actions: () => readonly MessageTable[],
): MessageTable {
  const input = typedExtension(inputs);
  const onMatch = implemented<Matcher_OnMatch>("xds.type.matcher.v3.Matcher.OnMatch", {
    matcher: () => matcher,
    action: typedExtension(actions),
    keep_matching: refused("requests would go to what matches first"),
  });
  const predicate: MessageTable = implemented<Matcher_MatcherList_Predicate>(
    "xds.type.matcher.v3.Matcher.MatcherList.Predicate",
    {
      single_predicate: implemented<Matcher_MatcherList_Predicate_SinglePredicate>(
        "xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate",
        { input, value_match: XDS_STRING_MATCHER_FIELDS, custom_match: CUSTOM },
      ),
      or_matcher: () => predicateList,
      and_matcher: () => predicateList,
      not_matcher: () => predicate,
    },
  );
  const predicateList = implemented<Matcher_MatcherList_Predicate_PredicateList>(
    "xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList",
    { predicate: () => predicate },
  );
  const map = implemented<Matcher_MatcherTree_MatchMap>("xds.type.matcher.v3.Matcher.MatcherTree.MatchMap", {
    map: onMatch,
  });
  const matcher: MessageTable = implemented<Matcher>("xds.type.matcher.v3.Matcher", {
    matcher_list: implemented<Matcher_MatcherList>("xds.type.matcher.v3.Matcher.MatcherList", {
      matchers: implemented<Matcher_MatcherList_FieldMatcher>("xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher", {
        predicate,
        on_match: onMatch,
      }),
    }),
    matcher_tree: implemented<Matcher_MatcherTree>("xds.type.matcher.v3.Matcher.MatcherTree", {
      input,
      exact_match_map: map,
      prefix_match_map: map,
      custom_match: CUSTOM,
    }),
    on_no_match: onMatch,
  });
  return matcher;
}

function typedExtension(tables: () => readonly MessageTable[]): MessageTable {
  return implemented<TypedExtensionConfig>("xds.core.v3.TypedExtensionConfig", {
    name: true,
    typed_config: extensions(tables),
  });
}

/** `xds.type.matcher.v3.Matcher`; null with errors when a part of it cannot be used. */
export function convertMatcherTree<Input, Action>(
  message: Matcher,
  known: MatcherTreeExtensions<Input, Action>,
  context: ConversionContext,
): MatcherTreeConfig<Input, Action> | null {
  return new MatcherTreeConversion(known, context).convert(message);
}

class MatcherTreeConversion<Input, Action> {
  private readonly known: MatcherTreeExtensions<Input, Action>;
  private readonly context: ConversionContext;

  constructor(known: MatcherTreeExtensions<Input, Action>, context: ConversionContext) {
    this.known = known;
    this.context = context;
  }

  convert(message: Matcher): MatcherTreeConfig<Input, Action> | null {
    const { matcherType: type } = message;
    const branches = type.case === undefined ? null : this.branches(type);
    const onNoMatch = message.onNoMatch === undefined ? null : this.onMatch(message.onNoMatch);
    const complete =
      (type.case === undefined || branches !== null) && (message.onNoMatch === undefined || onNoMatch !== null);
    return complete ? { branches, onNoMatch } : null;
  }

  private branches(
    type: Exclude<Matcher["matcherType"], { case: undefined }>,
  ): MatcherListConfig<Input, Action> | MatcherMapConfig<Input, Action> | null {
    return type.case === "matcherList" ? this.list(type.value) : this.tree(type.value);
  }

  private list(message: Matcher_MatcherList): MatcherListConfig<Input, Action> | null {
    const matchers = message.matchers.map(({ predicate, onMatch }) => {
      const condition = predicate === undefined ? null : this.predicate(predicate);
      const outcome = onMatch === undefined ? null : this.onMatch(onMatch);
      return condition === null || outcome === null ? null : { predicate: condition, onMatch: outcome };
    });
    const usable = matchers.filter((matcher) => matcher !== null);
    return usable.length === matchers.length ? { kind: "list", matchers: usable } : null;
  }

  private tree(message: Matcher_MatcherTree): MatcherMapConfig<Input, Action> | null {
    const input = message.input === undefined ? null : this.input(message.input);
    const { treeType: type } = message;
    if (type.case === "customMatch") this.context.notImplemented(message, "customMatch", "a custom match");
    if (type.case !== "exactMatchMap" && type.case !== "prefixMatchMap") return null;
    const pairs = Object.entries(type.value.map);
    const entries = pairs.map(([key, onMatch]) => ({ key, onMatch: this.onMatch(onMatch) }));
    if (input === null || entries.some((entry) => entry.onMatch === null)) return null;
    const kind = type.case === "exactMatchMap" ? "exactMap" : "prefixMap";
    return { kind, input, entries: entries as MatcherMapConfig<Input, Action>["entries"] };
  }

  private onMatch(message: Matcher_OnMatch): OnMatchConfig<Input, Action> | null {
    const { onMatch } = message;
    if (onMatch.case === "matcher") {
      const matcher = this.convert(onMatch.value);
      return matcher === null ? null : { kind: "matcher", matcher };
    }
    if (onMatch.case === undefined) return null;
    const action = convertTypedExtension(this.context, onMatch.value, "action", this.known.actions);
    return action === null ? null : { kind: "action", action };
  }

  private predicate(message: Matcher_MatcherList_Predicate): PredicateConfig<Input> | null {
    const { matchType: type } = message;
    switch (type.case) {
      case "singlePredicate":
        return this.singlePredicate(type.value);
      case "orMatcher":
      case "andMatcher": {
        const predicates = type.value.predicate.map((inner) => this.predicate(inner));
        const usable = predicates.filter((inner) => inner !== null);
        const kind = type.case === "orMatcher" ? "or" : "and";
        return usable.length === predicates.length ? { kind, predicates: usable } : null;
      }
      case "notMatcher": {
        const predicate = this.predicate(type.value);
        return predicate === null ? null : { kind: "not", predicate };
      }
      case undefined:
        // Required by the proto's own constraints.
        return null;
    }
  }

  private singlePredicate(message: Matcher_MatcherList_Predicate_SinglePredicate): PredicateConfig<Input> | null {
    const input = message.input === undefined ? null : this.input(message.input);
    const { matcher } = message;
    if (matcher.case === "customMatch") {
      this.context.notImplemented(message, "customMatch", "a custom match");
      return null;
    }
    const value = matcher.case === undefined ? null : convertStringMatcher(matcher.value, this.context);
    return input === null || value === null ? null : { kind: "single", input, value };
  }

  private input(message: TypedExtensionConfig): Input | null {
    return convertTypedExtension(this.context, message, "input", this.known.inputs);
  }
}
