package dev.ballast.proxy;

import dev.ballast.model.Backend;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings the members of one pool from one snapshot to the next. Both lists are sorted by name, so one walk over them finds
 * what stays the same object, what keeps its handle, what is new and what is gone.
 */
final class MemberMerge {
  private final List<PoolMember> previous;
  private final List<PoolMember> members;
  private final List<BackendHandle> gone = new ArrayList<>();
  private final PoolHandle pool;
  private final Names names;
  private final Instant now;
  private final int loops;
  private int at;
  private boolean isChanged;

  private MemberMerge(
      List<PoolMember> previous, PoolHandle pool, Names names, Instant now, int loops) {
    this.previous = previous;
    this.pool = pool;
    this.members = new ArrayList<>(previous.size() + 1);
    this.names = names;
    this.now = now;
    this.loops = loops;
  }

  /**
   * What came of it.
   *
   * @param members sorted by name; the same list as before if nothing has changed
   * @param gone handles that no member has any more
   */
  record Result(List<PoolMember> members, List<BackendHandle> gone, boolean isChanged) {}

  static Result merge(
      List<PoolMember> previous,
      PoolHandle pool,
      MemberWalk walk,
      Names names,
      Instant now,
      int loops) {
    var merge = new MemberMerge(previous, pool, names, now, loops);
    for (var found = walk.next(pool.name()); found != null; found = walk.next(pool.name())) {
      merge.add(found);
    }
    merge.passOver(previous.size());
    return new Result(merge.isChanged ? merge.members : previous, merge.gone, merge.isChanged);
  }

  private void add(MemberWalk.Found found) {
    PoolMember before = at < previous.size() ? previous.get(at) : null;
    if (before != null && before.isOf(found.backend(), found.status(), found.override())) {
      members.add(before);
      at++;
    } else {
      addChanged(found, (Backend) found.backend().resource());
    }
  }

  private void addChanged(MemberWalk.Found found, Backend backend) {
    isChanged = true;
    int from = at;
    while (from < previous.size() && previous.get(from).id().compareTo(backend.id()) < 0) {
      from++;
    }
    passOver(from);
    PoolMember before =
        at < previous.size() && previous.get(at).id().equals(backend.id())
            ? previous.get(at++)
            : null;
    members.add(
        new PoolMember(found.backend(), found.status(), found.override(), handle(backend, before)));
  }

  private BackendHandle handle(Backend backend, @Nullable PoolMember before) {
    if (before != null && before.handle().address().equals(backend.address())) {
      return before.handle();
    }
    if (before != null) {
      gone.add(before.handle());
    }
    HostAddress host = names.address(backend.address());
    return new BackendHandle(pool, backend.id(), backend.address(), host, now, loops);
  }

  private void passOver(int to) {
    for (; at < to; at++) {
      isChanged = true;
      gone.add(previous.get(at).handle());
    }
  }
}
