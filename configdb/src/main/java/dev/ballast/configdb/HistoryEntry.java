package dev.ballast.configdb;

import java.time.Instant;

/**
 * One revision: who made it, when, and what it did.
 *
 * @param summary JSON: {@code {"created":n,"changed":n,"deleted":n,"edits":[{"kind","name","action","fields":[{"path",
 *     "before","after"}]}]}}; the edits are the first {@value History#EDITS_KEPT}
 */
public record HistoryEntry(long revision, Instant at, String who, String summary) {}
