/** Architecture tests and system tests. */
@NullMarked
package dev.ballast.verify;

import org.jspecify.annotations.NullMarked;
