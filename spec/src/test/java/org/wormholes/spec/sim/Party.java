package org.wormholes.spec.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.Directory;
import org.wormholes.protocol.directory.DirectoryLimits;
import org.wormholes.protocol.link.LinkHandshake;
import org.wormholes.protocol.wire.Bytes;

/// A node or a client: links, and the directory it keeps.
abstract class Party {
  final World world;
  final String name;
  LoggedAccount account;
  final List<SimLink> links = new ArrayList<>();
  Directory directory = new Directory(new DirectoryLimits(64, 0));

  Party(World world, String name) {
    this.world = world;
    this.name = name;
    this.account = new LoggedAccount(world, name);
  }

  /// The handshake of a link that this party opens.
  abstract LinkHandshake initiator(NodeId peer);

  abstract CircuitSide onSetup(SimLink link, int circuitId);

  void onLinkUp(SimLink link) {
    directory(new Directory.Input.LinkUp(link.number, link.initiator));
  }

  void onLinkDown(SimLink link) {
    links.remove(link);
    directory(new Directory.Input.LinkDown(link.number));
  }

  void onDirectory(SimLink link, Bytes message) {
    directory(new Directory.Input.Received(link.number, message));
  }

  /// Drives the directory and does what it says.
  void directory(Directory.Input input) {
    for (Directory.Output output : directory.on(input, world.wallClock())) {
      switch (output) {
        case Directory.Output.Send(int number, Bytes message) ->
            find(number).ifPresent(link -> link.directory(message));
        case Directory.Output.Violation(int number, String reason) -> {
          world.note(name + " closes a liar's link: " + reason);
          find(number).ifPresent(SimLink::kill);
        }
        case Directory.Output.Learned learned -> {}
        case Directory.Output.Forgot forgot -> {}
        case Directory.Output.Skewed skewed -> world.check(false, "clocks differ");
      }
    }
  }

  private Optional<SimLink> find(int number) {
    return links.stream().filter(link -> link.number == number).findFirst();
  }

  /// The link to a node, opened now if there is none; empty when it cannot be reached.
  Optional<SimLink> linkTo(SimNode node) {
    for (SimLink link : links) {
      if (link.remote == node && !link.isDead()) {
        return Optional.of(link);
      }
    }
    return world.dial(this, node);
  }

  void killLinks() {
    List.copyOf(links).forEach(SimLink::kill);
  }
}
