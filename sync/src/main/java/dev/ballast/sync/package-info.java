/** The client side of list + watch and poll; last good snapshot on disk. */
@NullMarked
package dev.ballast.sync;

import org.jspecify.annotations.NullMarked;
