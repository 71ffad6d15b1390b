package dev.ballast.locks;

/** Somebody with a newer fencing token was here: the lease behind this one was lost meanwhile. */
public final class StaleToken extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StaleToken(long token, long newest) {
    super("fencing token " + token + " is older than " + newest + ", which was seen before");
  }
}
