/** The commands; the only place with main and wiring. */
@NullMarked
package dev.ballast.cli;

import org.jspecify.annotations.NullMarked;
