# A way for SSH alone: `ProxyCommand nc -X 5 -x 127.0.0.1:2222 %h %p`. Only port 22, only machines that
# are named, and a circuit of its own for each.
MACHINES = %w[bastion.example build.example db.example]

ruleset "ssh-jump", version: "1.0.0" do
  network "commons" do
    open_to :anyone
  end

  tunnel "shells", over: "commons" do
    entry { socks port: 2222 }
    relay 2 do
      only { uptime > 2.days }
    end
    exit    { allow { port == 22 && host.in?(MACHINES) } }
    isolate by: [:destination]
    rotate  every: 12.hours
  end

  routes do
    to("shells") { port == 22 && host.in?(MACHINES) }
  end
end
