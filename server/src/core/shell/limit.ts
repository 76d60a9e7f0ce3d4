/** The script asks for more than anybody would wait for. */
export class EvaluationLimit extends Error {}
