package org.wormholes.protocol.directory;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;

/// What a node knows of the others, and how the knowledge spreads: news is pushed to every link,
/// and two neighbours compare digests when their link comes up and every minute
/// (`spec/protocol/directory.md`, section 2).
///
/// Belongs to one thread. Driven by [#on]; a [Input.Tick] is due once a second, late or early ones
/// do no harm.
public final class Directory {
  /// What happened.
  public sealed interface Input {
    /// A link can carry DIRECTORY frames.
    ///
    /// @param link any number, unique among the links that are up
    /// @param initiator whether this node opened the link; the initiator starts comparing
    record LinkUp(int link, boolean initiator) implements Input {}

    record LinkDown(int link) implements Input {}

    /// A DIRECTORY frame arrived.
    record Received(int link, Bytes message) implements Input {}

    /// This node's own descriptor, or a newer one; also any that came by another way (a file).
    record Publish(SignedDescriptor descriptor) implements Input {}

    record Tick() implements Input {}
  }

  /// What is to be done.
  public sealed interface Output {
    /// Send a DIRECTORY frame of at most 16,000 bytes.
    record Send(int link, Bytes message) implements Output {}

    /// A node is new, or says something new.
    record Learned(NodeDescriptor descriptor) implements Output {}

    /// A node's descriptor expired.
    record Forgot(NodeId id) implements Output {}

    /// The peer lied or broke the protocol: close the link.
    record Violation(int link, String reason) implements Output {}

    /// A properly signed descriptor is from further in the future than is tolerated: one of the two
    /// clocks is wrong. Said at most once in ten minutes.
    record Skewed(Duration ahead) implements Output {}
  }

  /// @param limits bounds of what is kept
  public Directory(DirectoryLimits limits) {
    throw new UnsupportedOperationException();
  }

  /// Takes in what happened and says what to do, in order.
  ///
  /// @param now the wall clock
  public List<Output> on(Input input, Instant now) {
    throw new UnsupportedOperationException();
  }

  /// Every node known now.
  public Collection<NodeDescriptor> nodes() {
    throw new UnsupportedOperationException();
  }

  public Optional<NodeDescriptor> find(NodeId id) {
    throw new UnsupportedOperationException();
  }
}
