@NullMarked
package dev.ballast.cli;

import org.jspecify.annotations.NullMarked;
