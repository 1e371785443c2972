package org.wormholes.rules.codec;

import static org.wormholes.rules.codec.NodeSerializer.register;

import com.esotericsoftware.kryo.Kryo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.wormholes.rules.Group;
import org.wormholes.rules.codec.ExprNodes.ById;

/// The bytes of groups: rules.md 3.
final class GroupNodes {
  private static final ById<Group.Kind> KINDS = new ById<>(Group.Kind.values(), Group.Kind::id);

  private GroupNodes() {}

  static void registerAll(Kryo kryo) {
    register(
        kryo,
        Kinds.GROUP,
        Group.class,
        (out, group) -> {
          out.head(Kinds.GROUP, group.kind().id(), group.circuits());
          out.text(group.name());
          out.texts(group.members());
          out.optional(group.probe());
          out.duration(group.tolerance());
          out.duration(group.settle());
        },
        in -> {
          Group.Kind kind = KINDS.of(in.detail());
          int circuits = in.count();
          String name = in.text();
          List<String> members = in.texts();
          Optional<Group.Probe> probe = in.optional(Group.Probe.class);
          Duration tolerance = in.duration();
          return new Group(name, kind, members, circuits, probe, tolerance, in.duration());
        });
    register(
        kryo,
        Kinds.PROBE,
        Group.Probe.class,
        (out, probe) -> {
          out.head(Kinds.PROBE, probe.tls() ? 1 : 0, probe.port());
          out.text(probe.host());
          out.duration(probe.every());
          out.duration(probe.timeout());
        },
        in -> {
          boolean tls = in.detail() == 1;
          if (tls) {
            in.isOf(Formats.FOURTH);
          } else {
            in.noDetail();
          }
          int port = in.count();
          String host = EntryNodes.plainHost(in);
          Duration every = in.duration();
          return new Group.Probe(host, port, every, in.duration(), tls);
        });
  }
}
