DROP TRIGGER queue_menu_photo ON check_ins;
DROP FUNCTION private.queue_menu_photo_v1();
