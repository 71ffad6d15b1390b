/** HTTP API, catalog, list + watch, auth, history. */
@NullMarked
package dev.ballast.controller;

import org.jspecify.annotations.NullMarked;
