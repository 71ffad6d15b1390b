package dev.ballast.configdb;

/**
 * The outcome of writing what was observed.
 *
 * @param stale observations under a fence that did not hold: somebody else is, or may be, in charge
 * @param gone those about a resource that is not there, or about another instance than the one that is
 */
public record Observed(Applied applied, int stale, int gone) {}
