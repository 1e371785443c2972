package org.wormholes.protocol.circuit;

import org.jspecify.annotations.Nullable;

/// A queue of channels from which any can be taken out at once. A channel owns one node for each
/// kind of list it can stand in, so nothing is allocated when it joins.
final class ChannelList {
  /// A place in a list.
  static final class Node {
    final Channel channel;
    private @Nullable ChannelList list;
    private @Nullable Node previous;
    private @Nullable Node next;

    Node(Channel channel) {
      this.channel = channel;
    }

    boolean isIn() {
      return list != null;
    }

    @Nullable Node next() {
      return next;
    }

    void leave() {
      if (list != null) {
        list.unlink(this);
      }
    }
  }

  private @Nullable Node first;
  private @Nullable Node last;

  boolean isEmpty() {
    return first == null;
  }

  @Nullable Node first() {
    return first;
  }

  /// Puts the node at the end; it must not be in a list.
  void add(Node node) {
    if (node.list != null) {
      throw new IllegalStateException("channel is in a list already");
    }
    node.list = this;
    node.previous = last;
    if (last == null) {
      first = node;
    } else {
      last.next = node;
    }
    last = node;
  }

  private void unlink(Node node) {
    if (node.previous == null) {
      first = node.next;
    } else {
      node.previous.next = node.next;
    }
    if (node.next == null) {
      last = node.previous;
    } else {
      node.next.previous = node.previous;
    }
    node.list = null;
    node.previous = null;
    node.next = null;
  }
}
