/** Leases, distributed locks, consumer groups; a library of its own that sees no other part of Ballast. */
@NullMarked
package dev.ballast.locks;

import org.jspecify.annotations.NullMarked;
