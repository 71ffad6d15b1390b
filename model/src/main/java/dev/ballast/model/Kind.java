package dev.ballast.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The kinds of resources, in the order in which they may refer to one another (referred to first). */
public enum Kind {
  FLEET("Fleet", "fleets", true),
  FLEET_KEYS("FleetKeys", "fleetkeys", false),
  CERTIFICATE("Certificate", "certificates", true),
  POOL("Pool", "pools", true),
  BACKEND("Backend", "backends", true),
  LOAD_BALANCER("LoadBalancer", "loadbalancers", true),
  LB_SERVER("LbServer", "lbservers", false),
  BACKEND_STATUS("BackendStatus", "backendstatuses", false),
  LB_SERVER_STATUS("LbServerStatus", "lbserverstatuses", false),
  BACKEND_OVERRIDE("BackendOverride", "backendoverrides", false),
  LB_SERVER_OVERRIDE("LbServerOverride", "lbserveroverrides", false);

  private final String documentName;
  private final String path;
  private final boolean userWritten;

  Kind(String documentName, String path, boolean userWritten) {
    this.documentName = documentName;
    this.path = path;
    this.userWritten = userWritten;
  }

  /** The value of {@code kind:} in a document. */
  public String documentName() {
    return documentName;
  }

  /** The path segment in the HTTP API. */
  public String path() {
    return path;
  }

  /** Whether people write it with {@code apply}; the other kinds are written by the system itself. */
  public boolean isUserWritten() {
    return userWritten;
  }

  /** The kind whose {@link #documentName()} is given, if there is one. */
  public static Optional<Kind> of(String documentName) {
    return Arrays.stream(values())
        .filter(kind -> kind.documentName.equals(documentName))
        .findFirst();
  }

  static List<String> userWrittenNames() {
    return Arrays.stream(values()).filter(Kind::isUserWritten).map(Kind::documentName).toList();
  }
}
