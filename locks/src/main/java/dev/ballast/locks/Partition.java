package dev.ballast.locks;

/**
 * A share of a group's work.
 *
 * @param index its place in {@link GroupSettings#partitions()}, from 0
 * @param name the index in decimal where partitions are only counted
 */
public record Partition(int index, String name) {}
