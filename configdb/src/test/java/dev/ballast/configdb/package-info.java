@NullMarked
package dev.ballast.configdb;

import org.jspecify.annotations.NullMarked;
