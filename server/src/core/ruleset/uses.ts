import type { ExtensionDefinition, ExtensionUse } from '../extensions/definition.ts';
import type { BoundRule } from './model.ts';

/** The uses of extensions in a rule: of its matches, and last of its target if that is one. */
export const usesOf = ({ matches, target }: Pick<BoundRule, 'matches' | 'target'>): readonly ExtensionUse[] => (target?.kind === 'extension' ? [...matches, target.use] : matches);

/** Whether not every hook takes the extension. */
export const isChoosy = ({ hooks, hooksFor }: ExtensionDefinition): boolean => hooks !== undefined || hooksFor !== undefined;
