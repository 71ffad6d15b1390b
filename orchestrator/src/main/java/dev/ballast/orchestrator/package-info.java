/** Shares out what is to be watched among orchestrators, watches it, and writes verdicts into the configuration. */
@NullMarked
package dev.ballast.orchestrator;

import org.jspecify.annotations.NullMarked;
