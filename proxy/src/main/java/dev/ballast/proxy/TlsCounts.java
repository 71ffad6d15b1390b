package dev.ballast.proxy;

/** What one event loop counts of TLS. Only the loop writes; anyone may read. */
final class TlsCounts {
  /** A handshake that came about. */
  enum Handshake {
    TLS_1_3("1.3", false),
    TLS_1_3_RESUMED("1.3", true),
    TLS_1_2("1.2", false),
    TLS_1_2_RESUMED("1.2", true);

    private final String version;
    private final boolean isResumed;

    Handshake(String version, boolean isResumed) {
      this.version = version;
      this.isResumed = isResumed;
    }

    String version() {
      return version;
    }

    boolean isResumed() {
      return isResumed;
    }

    static Handshake of(String version, boolean isResumed) {
      if (version.equals("TLSv1.3")) {
        return isResumed ? TLS_1_3_RESUMED : TLS_1_3;
      }
      return isResumed ? TLS_1_2_RESUMED : TLS_1_2;
    }
  }

  private final Tally<Handshake> fromClients = new Tally<>(Handshake.class);
  private final Tally<Handshake> toBackends = new Tally<>(Handshake.class);
  private final Tally<HandshakeFault> failedFromClients = new Tally<>(HandshakeFault.class);
  private final Tally<HandshakeFault> failedToBackends = new Tally<>(HandshakeFault.class);

  Tally<Handshake> fromClients() {
    return fromClients;
  }

  Tally<Handshake> toBackends() {
    return toBackends;
  }

  Tally<HandshakeFault> failedFromClients() {
    return failedFromClients;
  }

  Tally<HandshakeFault> failedToBackends() {
    return failedToBackends;
  }
}
