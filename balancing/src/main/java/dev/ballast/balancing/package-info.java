/** Eligibility and the algorithms: pure. */
@NullMarked
package dev.ballast.balancing;

import org.jspecify.annotations.NullMarked;
