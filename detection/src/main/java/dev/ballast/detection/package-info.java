/** Probes, φ accrual failure detection, verdicts: pure decisions, with probes at the edge. */
@NullMarked
package dev.ballast.detection;

import org.jspecify.annotations.NullMarked;
