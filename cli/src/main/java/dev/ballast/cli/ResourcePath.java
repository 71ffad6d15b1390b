package dev.ballast.cli;

import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;

/** Where a resource is in the HTTP API. */
final class ResourcePath {
  private ResourcePath() {}

  static String of(ItemKey key) {
    return key.kind() == Kind.BACKEND
        ? "/v1/pools/" + key.pool() + "/backends/" + key.id()
        : "/v1/" + key.kind().path() + "/" + key.name();
  }

  /**
   * The resource that a person named.
   *
   * @throws CommandFailed when that can't be a name of this kind
   */
  static ItemKey key(Kind kind, String name) {
    if ((kind == Kind.BACKEND) != name.contains("/")) {
      throw new CommandFailed(
          ExitCode.USAGE,
          kind == Kind.BACKEND
              ? "a backend is named POOL/BACKEND: " + name
              : "a " + kind.documentName() + "'s name has no slash: " + name);
    }
    try {
      return new ItemKey(kind, name);
    } catch (IllegalArgumentException invalid) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(invalid));
    }
  }
}
