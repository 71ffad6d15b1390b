@NullMarked
package dev.ballast.controller;

import org.jspecify.annotations.NullMarked;
