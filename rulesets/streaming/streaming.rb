# Videos over three circuits side by side: each new flow takes the one with the fewest. What else there
# is to do goes a longer way, over one.
VIDEOS = %w[video.example stream.example videocdn.example]

ruleset "streaming", version: "1.0.0" do
  network "commons" do
    open_to :anyone
  end

  tunnel "wide", over: "commons" do
    entry { socks port: 1080, udp: true }
    relay 2 do
      only     { bandwidth > 50.mbit && latency < 60.ms }
      distinct :operator
      prefer   { bandwidth }
    end
    isolate by: []
    rotate  every: 30.minutes
  end

  tunnel "web", over: "commons" do
    relay 3
  end

  balance "videos", of: "wide", circuits: 3

  routes do
    to("videos") { host.under?(VIDEOS) || sni.under?(VIDEOS) }
    to("web")    { otherwise }
  end
end
