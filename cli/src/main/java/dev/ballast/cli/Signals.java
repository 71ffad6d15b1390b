package dev.ballast.cli;

import java.lang.reflect.Proxy;
import java.util.function.IntConsumer;

/**
 * Signals that this process takes care of by itself. The JVM has no other way to know which one it was than
 * {@code sun.misc.Signal} of the module jdk.unsupported, which is reached by reflection because compilers warn of it.
 */
final class Signals {
  static final int HUP = 1;
  static final int INT = 2;
  static final int TERM = 15;

  private Signals() {}

  /** Hands on each INT, TERM and HUP, by its number, from now on; nothing else happens because of them. */
  static void take(IntConsumer taker) {
    take("INT", INT, taker);
    take("TERM", TERM, taker);
    take("HUP", HUP, taker);
  }

  private static void take(String name, int number, IntConsumer taker) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object ours =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (_, method, _) -> {
                if (method.getName().equals("handle")) {
                  taker.accept(number);
                }
                return null;
              });
      Object one = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, one, ours);
    } catch (ReflectiveOperationException failure) {
      throw new CommandFailed("this Java does not hand on signals: " + failure);
    }
  }
}
