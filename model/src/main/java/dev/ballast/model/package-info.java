/**
 * What Ballast is configured with: the resources as validated records, their documents and encodings, the immutable
 * snapshot, and the pure decisions about a change (validation, plan, view). No I/O.
 */
@NullMarked
package dev.ballast.model;

import org.jspecify.annotations.NullMarked;
