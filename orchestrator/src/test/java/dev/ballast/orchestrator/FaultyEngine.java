package dev.ballast.orchestrator;

import dev.ballast.locks.LockEngine;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A lock engine which opens leases, or fails to, as a test wants. */
final class FaultyEngine {
  private final AtomicReference<@Nullable Supplier<RuntimeException>> fault =
      new AtomicReference<>();
  private final AtomicBoolean isClosed = new AtomicBoolean();
  private final LockEngine engine;

  FaultyEngine(LockEngine real) {
    this.engine =
        (LockEngine)
            Proxy.newProxyInstance(
                FaultyEngine.class.getClassLoader(),
                new Class<?>[] {LockEngine.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("openAndClaim")) {
                    var failure = fault.get();
                    if (failure != null) {
                      throw failure.get();
                    }
                  }
                  if (method.getName().equals("close") && method.getParameterCount() == 0) {
                    isClosed.set(true);
                  }
                  try {
                    return method.invoke(real, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  LockEngine engine() {
    return engine;
  }

  boolean isClosed() {
    return isClosed.get();
  }

  /** From now on no lease is opened: it fails like this. */
  void fail(Supplier<RuntimeException> failure) {
    fault.set(failure);
  }

  /** From now on all is well. */
  void heal() {
    fault.set(null);
  }
}
