package dev.ballast.proxy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where the configuration comes from and how well that works, as told to this module.
 *
 * @param mode push, pull, push+pull, or static
 * @param connected whether a controller answers now
 * @param source how the snapshot in use came: watch, poll, disk or file
 * @param lastContact when a controller was last heard of
 * @param detail for people, or empty
 * @param held why a list was not accepted, if one is held
 */
public record SyncReport(
    String mode,
    boolean connected,
    String source,
    @Nullable Instant lastContact,
    String detail,
    @Nullable String held) {
  /** Of an LB server that gets its snapshots from nobody but its own process. */
  public static final SyncReport NONE = new SyncReport("static", false, "file", null, "", null);
}
