package dev.ballast.model;

/**
 * Anything the configuration database holds and the change feed carries: what people configure, who has registered, what
 * was observed and what was overridden. Immutable; equal when the content is equal.
 */
public sealed interface Resource
    permits LoadBalancer,
        Pool,
        Backend,
        Fleet,
        FleetKeys,
        Certificate,
        LbServer,
        BackendStatus,
        LbServerStatus,
        AdminOverride {
  Kind kind();

  /** Unique within the kind; {@code pool/backend} for a backend, its status and its override; an LB server's for its status and its override. */
  String name();

  default ItemKey key() {
    return new ItemKey(kind(), name());
  }
}
