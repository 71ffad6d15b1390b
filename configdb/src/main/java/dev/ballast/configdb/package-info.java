/** PostgreSQL: schema, store, change feed, the embedded server. */
@NullMarked
package dev.ballast.configdb;

import org.jspecify.annotations.NullMarked;
