import { UNCHANGED } from '../sets/rewriting.ts';
import type { Changes } from './changes.ts';
import type { Covering, Place } from './cover.ts';
import type { TableAnalysis } from './table.ts';

/** A rule that takes packets from another one, and whether it does with them what the other would have done. */
export interface Taking extends Covering {
  readonly same: boolean;
}

/**
 * Why no packet can ever match a rule. `contradiction`: its conditions exclude each other. `hook`: the kernel shows no
 * packet that meets them to the built-in chain, or to any from which its chain could be called, `because` fragments are
 * put together before, nat has dealt with what comes in by `lo` on its way out, or conntrack gives none of them such a
 * state, where it is that. `called`: none that meets
 * them is left in what rules lead to its chain, `by` among them. `unmet`: none meets them as earlier rules, `by` among them, leave and
 * rewrite packets. `behind`: nothing gets past the rule `by`, or (`alone` is false) past the rules up to it, to which packets that the
 * rule could match come; `meets` says whether they do in any case; `contrary` is one of those rules that does something
 * else with packets that the rule could match, where `by` does the same. `covered`: the rules `by` take what it could match.
 */
export type Cause =
  | { readonly kind: 'contradiction' }
  | { readonly kind: 'hook'; readonly because: 'fragment' | 'loopback' | 'state' | undefined }
  | { readonly kind: 'called' | 'unmet'; readonly by: readonly Covering[] }
  | { readonly kind: 'behind'; readonly by: Covering; readonly alone: boolean; readonly meets: boolean; readonly contrary: Covering | undefined }
  | { readonly kind: 'covered'; readonly by: readonly Taking[] };

/** A cause with the rule that no packet seems to get past, where the dead one stands behind such a rule. */
interface Noted {
  readonly cause: Cause;
  readonly behind: Place | undefined;
}

/** The causes that were found, by chain and place. */
export type KnownCauses = ReadonlyMap<string, ReadonlyMap<number, Noted>>;

/** Remembers why rules of a table are dead, over edits that leave that as it is. */
export class Causes {
  private readonly analysis: TableAnalysis;
  private readonly before: { readonly known: KnownCauses; readonly changes: Changes } | undefined;
  private readonly noted = new Map<string, Map<number, Noted>>();

  /** `before` is what was known before an edit, and what that has changed. */
  constructor(analysis: TableAnalysis, before: Causes['before']) {
    this.analysis = analysis;
    this.before = before;
  }

  get known(): KnownCauses {
    return this.noted;
  }

  /** Why the rule is dead, as far as that is known; `behind` is the rule before it that no packet seems to get past. */
  of(place: Place, behind: Place | undefined): Cause | undefined {
    const noted = this.noted.get(place.chain)?.get(place.index);
    if (noted !== undefined) return noted.cause;
    const kept = this.kept(place, behind);
    if (kept !== undefined) this.note(place, behind, kept);
    return kept;
  }

  note({ chain, index }: Place, behind: Place | undefined, cause: Cause): void {
    const own = this.noted.get(chain);
    if (own === undefined) this.noted.set(chain, new Map([[index, { cause, behind }]]));
    else own.set(index, { cause, behind });
  }

  private kept(place: Place, behind: Place | undefined): Cause | undefined {
    if (this.before === undefined) return undefined;
    const { known, changes } = this.before;
    const then = changes.placeBefore(place);
    const noted = then && known.get(then.chain)?.get(then.index);
    if (noted === undefined || !this.stands(noted, place, behind, changes)) return undefined;
    return this.asNow(noted.cause, changes);
  }

  private stands(noted: Noted, place: Place, behind: Place | undefined, changes: Changes): boolean {
    const { cause } = noted;
    const isAlike = changes.leave(this.analysis.chain(place.chain).steps[place.index]!.loose.may) && !changes.reroute(place.chain) && changes.keepOutcomes
      && isSamePlace(noted.behind && changes.placeNow(noted.behind), behind) && (noted.behind === undefined) === (behind === undefined);
    if (!isAlike || (this.analysis.anything !== UNCHANGED && !isPlain(cause))) return false;
    return [place, ...involved(cause).map((each) => changes.placeNow(each))].every((each) => each !== undefined && changes.keepText(each));
  }

  private asNow(cause: Cause, changes: Changes): Cause {
    const now = <C extends Covering>(covering: C): C => {
      const place = changes.placeNow(covering)!;
      const rule = this.analysis.ruleAt(place);
      return rule === covering.rule && place.index === covering.index ? covering : { ...covering, ...place, rule };
    };
    switch (cause.kind) {
      case 'contradiction': case 'hook': return cause;
      case 'called': case 'unmet': return { ...cause, by: cause.by.map(now) };
      case 'covered': return { ...cause, by: cause.by.map(now) };
      case 'behind': return { ...cause, by: now(cause.by), contrary: cause.contrary && now(cause.contrary) };
    }
  }
}

const isSamePlace = (a: Place | undefined, b: Place | undefined): boolean => a?.chain === b?.chain && a?.index === b?.index;

/** Whether the cause is told by what packets of the rule meet, even where rules rewrite packets. */
const isPlain = ({ kind }: Cause): boolean => kind === 'contradiction' || kind === 'hook' || kind === 'covered';

/** The rules that a cause speaks of. */
export function involved(cause: Cause): readonly Covering[] {
  switch (cause.kind) {
    case 'contradiction': case 'hook': return [];
    case 'called': case 'unmet': case 'covered': return cause.by;
    case 'behind': return cause.contrary === undefined ? [cause.by] : [cause.by, cause.contrary];
  }
}
