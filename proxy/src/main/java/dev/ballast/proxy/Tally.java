package dev.ballast.proxy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Numbers kept by one event loop, one for each constant of an enum. Only the owner writes; anyone may read.
 *
 * <p>Opaque access: readers need each number whole and eventually current, and no order between the numbers.
 */
final class Tally<E extends Enum<E>> {
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] numbers;

  Tally(Class<E> what) {
    this.numbers = new long[what.getEnumConstants().length];
  }

  void add(E what, long amount) {
    int index = index(what);
    ELEMENT.setOpaque(numbers, index, numbers[index] + amount);
  }

  void increment(E what) {
    add(what, 1);
  }

  void decrement(E what) {
    add(what, -1);
  }

  long read(E what) {
    return (long) ELEMENT.getOpaque(numbers, index(what));
  }

  /** The order of the constants is this array's layout, and nothing else's. */
  @SuppressWarnings("EnumOrdinal")
  private int index(E what) {
    return what.ordinal();
  }
}
