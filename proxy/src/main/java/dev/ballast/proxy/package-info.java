/** The LB server's data plane. */
@NullMarked
package dev.ballast.proxy;

import org.jspecify.annotations.NullMarked;
