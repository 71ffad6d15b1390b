package dev.ballast.model;

import java.util.Comparator;

/**
 * Which item: its kind and its name. The name of a backend, and of its status and its override, is {@code pool/backend}.
 */
public record ItemKey(Kind kind, String name) implements Comparable<ItemKey> {
  private static final Comparator<ItemKey> ORDER =
      Comparator.comparing(ItemKey::kind).thenComparing(ItemKey::name);

  public ItemKey {
    Names.requireQualified(name);
  }

  public static ItemKey backend(String pool, String backend) {
    return new ItemKey(Kind.BACKEND, pool + "/" + backend);
  }

  /** The same name under another kind: from a backend to its status or its override. */
  public ItemKey as(Kind other) {
    return new ItemKey(other, name);
  }

  /** The pool of a backend, of its status or of its override; for other kinds the name itself. */
  public String pool() {
    int slash = name.indexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }

  /** The part after the slash, or the name itself. */
  public String id() {
    return name.substring(name.indexOf('/') + 1);
  }

  @Override
  public int compareTo(ItemKey other) {
    return ORDER.compare(this, other);
  }

  /** For people: {@code Backend web/b1}. */
  @Override
  public String toString() {
    return kind.documentName() + " " + name;
  }
}
