package dev.ballast.verify;

import dev.ballast.verify.RegisterModel.Register;
import dev.ballast.verify.RegisterModel.Use;
import java.util.Optional;

/**
 * What clients that hold a lock expect of the register that it protects: that between their reading it and their writing it
 * nobody else writes. So a write counts as a comparison with what its writer read, and a write.
 *
 * @param isFenced whether the register also refuses whoever has an older token than somebody before
 */
record RegisterModel(boolean isFenced) implements Linearizability.Model<Register, Use> {
  /** The register: what was written last, and the newest token that was shown to it. */
  record Register(long value, long newest) {}

  /** One use of the register, with its answer. */
  sealed interface Use {
    long token();
  }

  /** Reading, and what was read. */
  record Read(long token, long value) implements Use {}

  /** Reading that got no answer. */
  record ReadOfSomething(long token) implements Use {}

  /** Writing {@code to} after {@code from} was read; accepted, or not answered. */
  record Write(long token, long from, long to) implements Use {}

  /** Reading or writing that was refused. */
  record Refused(long token) implements Use {}

  @Override
  public Register initial() {
    return new Register(0, 0);
  }

  @Override
  public Optional<Register> after(Register state, Use use) {
    if (use instanceof Refused(long token)) {
      return isFenced && token < state.newest ? Optional.of(state) : Optional.empty();
    }
    if (isFenced && use.token() < state.newest) {
      return Optional.empty();
    }
    long newest = Math.max(state.newest, use.token());
    return switch (use) {
      case Read(_, long value) when value != state.value -> Optional.empty();
      case Write(_, long from, _) when from != state.value -> Optional.empty();
      case Write(_, _, long to) -> Optional.of(new Register(to, newest));
      case Read _, ReadOfSomething _, Refused _ -> Optional.of(new Register(state.value, newest));
    };
  }
}
