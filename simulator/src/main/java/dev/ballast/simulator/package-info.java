/** Discrete-event simulation of LB servers and backends, over the same algorithms that the LB servers run. */
@NullMarked
package dev.ballast.simulator;

import org.jspecify.annotations.NullMarked;
