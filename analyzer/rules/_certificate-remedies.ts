/** Steps for certificates that are over: those of the cluster, and those of servers on the internet. */
import type { RemedyStep } from "../model/rule.ts";

/** Of the cluster itself. */
export const clusterRemedy: RemedyStep[] = [
  {
    text: "See which certificates have expired, and that the clock is right. The kubelet's own is not in kubeadm's table.",
    command:
      "date -u; sudo kubeadm certs check-expiration; sudo openssl x509 -noout -dates -in /var/lib/kubelet/pki/kubelet-client-current.pem",
    risk: "safe",
  },
  {
    text: "Keep a copy of the keys and settings.",
    command:
      "sudo cp -a /etc/kubernetes /etc/kubernetes.before-renewal; sudo cp -a /var/lib/kubelet/pki /var/lib/kubelet/pki.before-renewal",
    risk: "backup",
  },
  {
    text: "On a control-plane node of kubeadm: renew the certificates that a still valid CA has signed (before Kubernetes 1.20 it is `kubeadm alpha certs renew all`), and replace the kubelet's own credentials.",
    command:
      'sudo kubeadm certs renew all; sudo kubeadm kubeconfig user --org system:nodes --client-name "system:node:$(hostname)" > kubelet.conf.new && sudo install -m 600 kubelet.conf.new /etc/kubernetes/kubelet.conf',
    risk: "change",
  },
  {
    text: "Restart the kubelet, and let it start the control plane's static pods anew (move their manifests away for 20 seconds and back).",
    command: "sudo systemctl restart kubelet",
    risk: "change",
  },
  {
    text: "On a worker: make a new token on a control-plane node and join again with the command that it prints, after `kubeadm reset` of this worker.",
    command: "kubeadm token create --print-join-command",
    risk: "change",
  },
  {
    text: "On k3s or rke2: a restart renews what has expired.",
    command: "sudo k3s certificate check; sudo systemctl restart k3s",
    risk: "change",
  },
];

/** Of a registry or a web site. */
export const foreignRemedy: RemedyStep[] = [
  {
    text: "See that the clock is right, and what the server shows: one certificate that is over, or a chain to an old authority.",
    command: "date -u; openssl s_client -connect <server>:443 -showcerts </dev/null | grep -iE 'depth|verify|NotAfter'",
    risk: "safe",
  },
  {
    text: "Update this node's list of authorities, and restart what keeps it in memory.",
    command:
      "sudo apt-get update && sudo apt-get install --only-upgrade ca-certificates; sudo systemctl restart docker",
    risk: "change",
  },
  {
    text: "Where only this server is refused, and by everybody, its owner has to renew the certificate.",
    risk: "safe",
  },
];
