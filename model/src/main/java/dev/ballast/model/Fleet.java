package dev.ballast.model;

/** A group of LB servers that serve the same load balancers. The fleet {@value #DEFAULT} always exists. */
public record Fleet(String name, Scaling scaling) implements Resource {
  public static final String DEFAULT = "default";

  public Fleet {
    Names.requireName(name);
  }

  @Override
  public Kind kind() {
    return Kind.FLEET;
  }
}
