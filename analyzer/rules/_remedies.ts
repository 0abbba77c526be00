import type { RemedyStep } from "../model/rule.ts";

/** What a command of a remedy may leave to be filled in, as `{device}`. */
export const placeholders = ["device", "dockerRoot", "layer", "layerPath", "container", "image", "path"] as const;

/** A step that is left out where the node is known to have what it is not for. */
export type SharedStep = RemedyStep & { unless?: "systemd" };

/** Steps that several rules share; placeholders such as {device} are filled from what the bundle tells. */
export const remedies: Record<string, SharedStep[]> = {
  "repair-filesystem": [
    {
      text: "Stop what writes to the disk, so that the damage does not spread. The containers of this node end with it.",
      command: "sudo systemctl stop kubelet docker docker.socket containerd",
      risk: "change",
    },
    {
      text: "Shut the node down, put its card or disk into another machine and take an image of it before anything is repaired: lsblk names it there, and the image needs as much room as the whole card.",
      command: "sudo dd if=/dev/<card> of=card.img bs=4M conv=noerror,sync status=progress",
      risk: "backup",
    },
    {
      text: "Check and repair the filesystem while it is not mounted, on that other machine. e2fsck asks before each repair (-y answers yes to all); what it cannot place it moves to lost+found or removes.",
      command: "sudo e2fsck -f -C 0 /dev/<card partition>",
      risk: "change",
    },
    {
      text: "Or, without taking the card out, when there is no other machine and a loss can be borne: have it repaired at the next boot. Add this to the one line of the kernel command line (/boot/cmdline.txt or /boot/firmware/cmdline.txt on a Raspberry Pi), reboot, and take it out again.",
      command: "fsck.mode=force fsck.repair=yes",
      risk: "change",
    },
    {
      text: "Or, where the init is older than systemd (sysvinit, upstart) and does not read that line: a file asks for the repair at the next boot.",
      command: "sudo touch /forcefsck && sudo reboot",
      unless: "systemd",
      risk: "change",
    },
    {
      text: "After the repair, see that the filesystem is clean and that nothing under the runtime's directory is unreadable any more.",
      command:
        "sudo dumpe2fs -h {device} | grep -iE 'state|error'; sudo ls -laR {dockerRoot}/overlay2 2>&1 >/dev/null | head; sudo ls -la {layerPath}",
      risk: "safe",
    },
    {
      text: "Re-create what is still broken: e2fsck may have removed the damaged entries, and then the layer is incomplete. Remove the container and its image, and let the kubelet pull and start them again. The pull shows first that the image can still be had: where it fails, nothing is removed.",
      command:
        "sudo systemctl start docker && sudo docker pull {image} && sudo docker rm -f {container} && sudo docker rmi -f {image}; sudo systemctl start kubelet",
      risk: "change",
    },
  ],
  "recreate-layer": [
    {
      text: "Another check of the filesystem does not bring the files back. Keep a copy of the runtime's directory first.",
      command: "sudo tar -C {dockerRoot} -czf /media/usb/docker-overlay2.tar.gz image containers",
      risk: "backup",
    },
    {
      text: "Remove the container and its image, so that all of its layers are created again from the registry (or from an archive: docker load). The first pull shows that the image can still be had: where it fails, nothing is removed.",
      command:
        "sudo docker pull {image} && sudo docker rm -f {container} && sudo docker rmi -f {image} && sudo docker pull {image}",
      risk: "change",
    },
    {
      text: "See that the pod comes up and that no layer is incomplete any more.",
      command: "sudo docker ps -a; sudo ls -la {layerPath}",
      risk: "safe",
    },
  ],
};
